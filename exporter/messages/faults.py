"""What a database's errors mean, after "the database": the kinds of storage.faults.Fault."""

MESSAGES: dict[str, tuple[str, str]] = {
    "away": ("não pode ser alcançado agora", "cannot be reached now"),
    "busy": (
        "está ocupado: algo segura uma trava ou todas as conexões",
        "is busy: something holds a lock, or all its connections",
    ),
    "full": ("não tem mais espaço", "has no room left"),
    "refusing": (
        "não aceita escrita: só pode ser lido, como um servidor reserva",
        "takes no writes: it is read-only, as a standby is",
    ),
    "forbidden": (
        "não permite: falta o acesso ou um direito",
        "does not permit this: a login or a right is missing",
    ),
    "broken": (
        "não tem uma tabela, uma coluna ou o esquema desta versão",
        "lacks a table, a column or the schema of this version",
    ),
    "damaged": ("está danificado", "is damaged"),
    "unsure": ("não aceitou isto", "did not take this"),
    "record": ("não comporta um valor", "cannot hold a value"),
}
