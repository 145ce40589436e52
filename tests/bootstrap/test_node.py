import pytest

from bootstrap.node import is_new_enough


@pytest.mark.parametrize(
    ("node", "npm", "enough"),
    [
        ((18, 19, 0), (9, 2, 0), False),  # Debian 12
        ((20, 18, 3), (10, 8, 2), False),
        ((20, 19, 0), (10, 8, 2), True),
        ((20, 19, 0), (9, 9, 4), False),
        ((21, 7, 3), (10, 5, 0), False),
        ((22, 11, 0), (10, 9, 0), False),
        ((22, 12, 0), (10, 9, 0), True),
        ((24, 0, 0), (11, 3, 0), True),
        ((22, 12, 0), None, False),  # Debian packages npm apart
        (None, None, False),
    ],
)
def test_node_is_new_enough_where_vite_runs(node, npm, enough):
    assert is_new_enough(node, npm) is enough
