import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.measure import measure
from dsanet.measure.report.colours import colour_map
from dsanet.measure.report.page import NOTICE, page
from dsanet.measure.report.picture import with_legend
from dsanet.measure.report.svg import legend
from dsanet.measure.report.values import (
    DIAMETER_COLUMNS,
    LESION_COLUMNS,
    diameters_csv,
    lesions_csv,
    to_values,
    vessels_csv,
)
from dsanet.measure.width.doubts import Doubt

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")


class Texts(HTMLParser):
    """Collects text, tags and every address that the page would load."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.loads = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for key, value in attrs if key in ("src", "href")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def found(draw):
    return measure(*draw(frames=14), facts=FACTS)


def test_the_page_stands_alone_and_says_what_it_is(found):
    texts = Texts()
    texts.feed(page(found, "run <1>"))
    words = " ".join(texts.text)
    assert NOTICE in words
    assert "run <1>" in words
    assert "NASCET" in words
    assert found.no_scale in words
    assert texts.loads == []
    assert texts.tags.count("svg") == 2
    assert "script" not in texts.tags


def test_the_page_says_where_no_diameter_counts_and_why(found):
    trunk = found.trunk
    over = np.arange(len(trunk.counts)) < len(trunk.counts) // 4
    doubt = np.where(over, int(Doubt.CROSSING), 0)
    hidden = replace(trunk, counts=~over, doubt=doubt)
    text = page(replace(found, paths=(hidden, *found.paths[1:])), "run")
    share = f"{100 * np.mean(over):.0f} %"
    assert f"No diameter counts where another vessel crosses here ({share})." in text
    free = replace(trunk, counts=np.ones(len(over), np.bool_))
    assert "No diameter counts" not in page(replace(found, paths=(free,)), "run")


def test_its_plots_are_well_formed(found):
    content = page(found, "run")
    for part in content.split("<svg")[1:]:
        root = ElementTree.fromstring("<svg" + part.split("</svg>")[0] + "</svg>")
        numbers = [text for node in root.iter() for text in node.attrib.values()]
        assert not any("nan" in text for text in numbers)


def test_the_page_of_an_empty_run_names_the_reason(draw):
    prepared, labels = draw()
    empty = measure(prepared, labels * 0)
    assert "There are no labelled vessels" in page(empty, "run")


def test_values_are_json_and_name_what_is_withheld(found):
    values = json.loads(json.dumps(to_values(found), allow_nan=False))
    assert values["flow"]["maps"]["mtt"]["valid"] is False
    assert values["flow"]["maps"]["mtt"]["reason"]
    assert values["lesions"][0]["nascet_percent"] == pytest.approx(60, abs=5)


def test_tables_have_one_row_a_thing(found):
    lesions = list(csv.DictReader(io.StringIO(lesions_csv(found))))
    assert tuple(lesions[0]) == LESION_COLUMNS
    assert len(lesions) == len(found.lesions)
    diameters = list(csv.DictReader(io.StringIO(diameters_csv(found.paths))))
    assert tuple(diameters[0]) == DIAMETER_COLUMNS
    assert len(diameters) == sum(len(path.along) for path in found.paths)
    hidden = [row for row in diameters if row["doubt"] == "vessels meet or cross here"]
    assert all(row["diameter_px"] == "" for row in hidden)
    assert len(list(csv.DictReader(io.StringIO(vessels_csv(found))))) == len(found.lines)


def test_early_is_red_late_is_blue_and_the_legend_tells_seconds(draw):
    prepared, labels = draw(percent=0.0, frames=14)
    values = np.where(labels > 0, np.arange(160)[:, None] / 100, np.nan).astype(np.float32)
    shown = colour_map(values, prepared.minip, prepared.field, "Arrival, s")
    early, late = shown.pixels[32, 50].astype(int), shown.pixels[157, 50].astype(int)
    assert early[0] > early[2] + 100
    assert late[2] > late[0] + 100
    assert "1.56" in legend(shown)
    picture = with_legend(shown)
    assert picture.size[0] == 120
    assert picture.size[1] > 160
    assert colour_map(values * np.nan, prepared.minip, prepared.field, "x") is None
