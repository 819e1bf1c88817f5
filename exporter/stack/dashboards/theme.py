"""Colours, thresholds and value mappings: one meaning, one colour, on every dashboard."""

from collections.abc import Mapping
from typing import TypeVar

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model

GOOD, BAD, WARNING, NEUTRAL, ACCENT = "green", "red", "orange", "#8e8e8e", "blue"
CHANCE = "#f2cc0c"

Key = TypeVar("Key", int, str)
#: A colour from each value on.
Colours = Mapping[float, str]


def steps(base: str, limits: Colours | None = None) -> dashboard.ThresholdsConfig:
    """Thresholds: the colour below all limits, then the colour from each limit on."""
    first = model.Threshold(value=None, color=base)
    above = [model.Threshold(value=float(at), color=name) for at, name in (limits or {}).items()]
    config = dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE)
    return config.steps([first, *above])


def words(meanings: Mapping[Key, tuple[str, str]]) -> model.ValueMapping:
    """Shows each value as the given text in the given colour."""
    options = {
        str(value): model.ValueMappingResult(text=shown, color=colour, index=index)
        for index, (value, (shown, colour)) in enumerate(meanings.items())
    }
    return model.ValueMap(options=options)


def spoken(meanings: Mapping[Key, tuple[str, str]]) -> list[model.DynamicConfigValue]:
    """Overrides of a table's column: its values as words, each in its colour."""
    cell = {"type": shapes.TableCellDisplayMode.COLOR_TEXT}
    return [setting("mappings", [words(meanings)]), setting("custom.cellOptions", cell)]


def without_value(shown: str) -> model.DynamicConfigValue:
    """An override that says so where there is no value."""
    options = model.DashboardSpecialValueMapOptions(
        match=model.SpecialValueMatch.NULL_AND_NAN, result=model.ValueMappingResult(text=shown)
    )
    return setting("mappings", [model.SpecialValueMap(options=options)])


def names(meanings: Mapping[str, str]) -> model.ValueMapping:
    """Shows each label value as the given text, in no colour of its own."""
    options = {
        value: model.ValueMappingResult(text=shown, index=index)
        for index, (value, shown) in enumerate(meanings.items())
    }
    return model.ValueMap(options=options)


def by_thresholds() -> dashboard.FieldColor:
    """Colour follows the thresholds."""
    return dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


def fixed(colour: str) -> model.DynamicConfigValue:
    """An override that paints a series in one colour."""
    return model.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour})


def dashed() -> model.DynamicConfigValue:
    """An override that dashes a line: a yardstick, not a measurement."""
    value = {"fill": "dash", "dash": [8, 6]}
    return model.DynamicConfigValue(id_val="custom.lineStyle", value=value)


def setting(name: str, value: object) -> model.DynamicConfigValue:
    """Any other override, by Grafana's name of it."""
    return model.DynamicConfigValue(id_val=name, value=value)


def filled_down_to(lower: str) -> list[model.DynamicConfigValue]:
    """Overrides of a band's upper edge: filled down to the series named `lower`."""
    return [setting("custom.fillBelowTo", lower), setting("custom.fillOpacity", 14)]
