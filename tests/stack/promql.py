"""What a PromQL expression uses: metrics with their matchers, and labels it groups or joins by."""

from collections.abc import Iterator

import promql_parser as parser

#: What Grafana fills in before it asks Prometheus.
VARIABLES = {
    "$__rate_interval": "1m",
    "$game": "lotofacil",
    "$model_version": ".+",
    "$window": "30",
}


def fill_in(expression: str) -> str:
    """The expression as Prometheus gets it."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric that is read, with the labels it is narrowed by."""
    for node in walk(parser.parse(fill_in(expression))):
        if isinstance(node, parser.VectorSelector):
            yield node.name or "", {matcher.name for matcher in node.matchers.matchers}


def grouping_labels(expression: str) -> set[str]:
    """All labels that results are kept apart or joined by."""
    found: set[str] = set()
    for node in walk(parser.parse(fill_in(expression))):
        if isinstance(node, parser.AggregateExpr) and node.modifier:
            found |= set(node.modifier.labels)
        if isinstance(node, parser.BinaryExpr) and node.modifier and node.modifier.matching:
            found |= set(node.modifier.matching.labels)
    return found


def walk(node: parser.Expr) -> Iterator[parser.Expr]:
    """The node and all below it."""
    yield node
    children = [getattr(node, name, None) for name in ("expr", "lhs", "rhs", "vector_selector")]
    for child in [*children, *getattr(node, "args", [])]:
        if isinstance(child, parser.Expr):
            yield from walk(child)
