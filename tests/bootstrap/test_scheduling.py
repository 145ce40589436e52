"""What is dear is made once, whatever number of workers runs the tests."""

from tests.scheduling import scope_of


def test_all_journeys_share_one_hub():
    first = scope_of("tests/journeys/test_player.py::test_keys")
    assert first == scope_of("tests/journeys/test_editor.py::test_upload[chromium]")


def test_a_module_with_fixtures_of_its_own_stays_together():
    module = "tests/hub/test_phantom.py"
    assert scope_of(f"{module}::test_one[a::b]") == scope_of(f"{module}::test_two") == module


def test_other_tests_go_wherever_there_is_time():
    module = "tests/bootstrap/test_scheduling.py"
    assert scope_of(f"{module}::test_one") != scope_of(f"{module}::test_two")
