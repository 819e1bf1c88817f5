"""The database: whether it answers, is whole, takes writes and every text, and what keeps it."""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem
from exporter.recording.prepared_database import reason
from exporter.storage import integrity, migrate
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of, is_connecting
from exporter.storage.limits import limited

#: How long all of it may take, a lock is waited for, and an SQLite file is looked through.
_SECONDS = 20.0
_LOCK_SECONDS = 2.0
_LOOKING_SECONDS = 3.0
#: A trial has no record that could be at fault.
_OTHERWISE = {Fault.UNSURE: Fault.BROKEN, Fault.RECORD: Fault.BROKEN}
_OK = Text("{engine} responde, esquema atual", "{engine} answers, schema up to date")
_CHARSET = Text(
    """{count} colunas, como {column}, têm o conjunto de caracteres {name}, que não guarda todo
    texto → ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4, em cada tabela""",
    """{count} columns, {column} for one, have the character set {name}, which does not hold every
    text → ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4, for each table""",
)
_ENCODING = Text(
    """a codificação é {name}, que não guarda todo texto → crie o banco com ENCODING 'UTF8' e
    restaure uma cópia nele""",
    """its encoding is {name}, which does not hold every text → create the database with ENCODING
    'UTF8' and restore a backup into it""",
)
_MISSING = Text(
    "{path} ainda não existe → inicie o exportador (`lotofacil serve`) ou corrija DATABASE_URL",
    "{path} is not there yet → start the exporter (`lotofacil serve`) or mend DATABASE_URL",
)
_OLD = Text(
    "o esquema não é desta versão → inicie o exportador, que o atualiza",
    "the schema is not of this version → start the exporter, which updates it",
)
_NEWER = Text(
    """o esquema não é conhecido por esta versão → use a versão que o atualizou, ou restaure a
    cópia feita antes dela""",
    """the schema is not known to this version → run the version that updated it, or restore the
    backup made before it""",
)
_ABSENT = Text(
    "não existe ({reason}) → crie-o ou corrija DATABASE_URL",
    "does not exist ({reason}) → create it or mend DATABASE_URL",
)
_FAULTS = {
    Fault.AWAY: Text(
        "não responde ({reason}) → confira DATABASE_URL e se o servidor está de pé",
        "does not answer ({reason}) → see DATABASE_URL and whether the server is up",
    ),
    Fault.BUSY: Text(
        """está ocupado ou travado ({reason}) → encerre o que o segura (LOCK TABLE, VACUUM FULL,
        ALTER TABLE, transação longa, conexões demais); os registros esperam""",
        """is busy or locked ({reason}) → end what holds it (LOCK TABLE, VACUUM FULL, ALTER TABLE,
        a long transaction, too many connections); records wait meanwhile""",
    ),
    Fault.FULL: Text(
        "não tem espaço ({reason}) → libere ou aumente o disco dele; os registros esperam",
        "has no room ({reason}) → free or enlarge its disk; records wait meanwhile",
    ),
    Fault.REFUSING: Text(
        """só pode ser lido ({reason}) → promova-o, desligue o modo somente leitura, ou aponte
        DATABASE_URL para o servidor que aceita escrita; os registros esperam""",
        """is read-only ({reason}) → promote it, switch read-only off, or point DATABASE_URL at the
        server that takes writes; records wait meanwhile""",
    ),
    Fault.FORBIDDEN: Text(
        """não permite ({reason}) → confira usuário e senha em DATABASE_URL e os direitos dele
        (GRANT; de um arquivo, dono e modo)""",
        """does not permit it ({reason}) → see user and password in DATABASE_URL and that user's
        rights (GRANT; of a file, owner and mode)""",
    ),
    Fault.BROKEN: Text(
        """o esquema não está inteiro ({reason}) → restaure a cópia mais nova num banco vazio
        (`lotofacil restore`); os registros esperam""",
        """the schema is not whole ({reason}) → restore the newest backup into an empty database
        (`lotofacil restore`); records wait meanwhile""",
    ),
    Fault.DAMAGED: Text(
        """está danificado ({reason}) → pare o exportador, guarde o arquivo e restaure a cópia mais
        nova (`lotofacil restore`)""",
        """is damaged ({reason}) → stop the exporter, put the file aside and restore the newest
        backup (`lotofacil restore`)""",
    ),
}


def check_database(engine: Engine) -> Finding:
    """The first thing that keeps it from working; makes no file where none is."""
    if finding := _file(engine):
        return finding
    try:
        with limited(_SECONDS, _LOCK_SECONDS):
            fault = _damage(engine) or _schema(engine) or _writing(engine)
    except SQLAlchemyError as error:
        return _failed(engine, error)
    return fault or ok("database", _OK, engine=engine.dialect.name)


def _file(engine: Engine) -> Finding | None:
    """Why no file can be opened; a folder that may not be entered does not say whether one is."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return None
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return problem("database", _MISSING, path=path)
    except OSError as error:
        return problem("database", _FAULTS[Fault.AWAY], reason=f"{error.strerror} ({path})")
    return None


def _damage(engine: Engine) -> Finding | None:
    with reading(engine) as connection:
        words = integrity.glance(connection, _LOOKING_SECONDS)
    why = f"{words} ({engine.url.database})"
    return problem("database", _FAULTS[Fault.DAMAGED], reason=why) if words else None


def _schema(engine: Engine) -> Finding | None:
    if migrate.is_current(engine):
        return None
    return problem("database", _OLD if migrate.is_known(engine) else _NEWER)


def _writing(engine: Engine) -> Finding | None:
    with writing(engine) as connection:
        integrity.try_writing(connection)
        columns = integrity.narrow_columns(connection)
        encoding = integrity.narrow_encoding(connection)
    if columns:
        table, column, name = columns[0]
        values = {"table": table, "column": f"{table}.{column}", "name": name}
        return problem("database", _CHARSET, count=len(columns), **values)
    return problem("database", _ENCODING, name=encoding) if encoding else None


def _failed(engine: Engine, error: SQLAlchemyError) -> Finding:
    fault = fault_of(error)
    fault = _OTHERWISE.get(fault, fault)
    absent = fault is Fault.BROKEN and is_connecting(error)
    text = _ABSENT if absent else _FAULTS[fault]
    where = f" ({engine.url.database})" if engine.dialect.name == "sqlite" else ""
    return problem("database", text, reason=f"{reason(error)}{where}")
