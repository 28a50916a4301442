"""What a link says of the part of the map and the classes that are looked at."""

import pytest

from vae_core.ui.session.map_view import MapView


def test_a_link_and_a_view_say_the_same():
    view, notices = MapView.parse({"view": "-1.25_2.5_-0.125_3", "hidden": "970"})
    assert view == MapView((-1.25, 2.5, -0.125, 3), (0, 7, 9))
    assert view.parameters() == {"view": "-1.25_2.5_-0.125_3", "hidden": "079"}
    assert not notices


def test_all_of_the_map_and_all_classes_need_no_words():
    assert MapView.parse({}) == MapView.parse({"view": "", "hidden": ""}) == (MapView(), ())
    assert MapView().parameters() == {}


def test_a_minus_as_the_pages_write_it_is_understood():
    assert MapView.parse({"view": "\u22122_1_-0_1"})[0].parameters() == {"view": "-2_1_0_1"}


@pytest.mark.parametrize(
    "view",
    ["1_2_3", "1_2_3_4_5", "a_b_c_d", "2_1_0_1", "0_1_0_0", "0_nan_0_1", "0_inf_0_1", "-1e400_1_0_1", "0_2e6_0_1", "_"],
)
def test_what_is_no_frame_gets_one_notice(view: str):
    found, (notice,) = MapView.parse({"view": view, "hidden": "4"})
    assert found == MapView(None, (4,))
    assert repr(view) in notice


@pytest.mark.parametrize("hidden", ["3,4", "-1", "\u0663", "x" * 1000])
def test_what_is_no_class_gets_one_notice(hidden: str):
    found, (notice,) = MapView.parse({"hidden": hidden})
    assert found == MapView()
    assert "hidden classes" in notice
    assert len(notice) < 150
