"""Real and odd files: whatever comes in, a clean copy or a typed refusal comes out."""

import io
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydicom import dcmread

from cases.deidentification.instance import clean_instance, write_instance
from cases.deidentification.pixels import Limits
from cases.deidentification.refusals import Refused
from cases.deidentification.values import Keyed
from cases.imports.parsing import read_dataset
from tests.cases.deidentification.planted import leaks, planted_slice, to_bytes

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
KEY = Keyed(b"a key that only these tests use !")
CORPUS = sorted(
    path
    for path in (Path(pydicom.__file__).parent / "data").rglob("*")
    if path.is_file() and path.suffix not in {".py", ".pyc", ".md", ".txt", ".json"}
)


def test_every_file_that_pydicom_tests_itself_with_is_cleaned_or_refused(tmp_path):
    cleaned = refused = 0
    for path in CORPUS:
        try:
            source = read_dataset(path)
            names = {str(source.get("PatientName", "")), str(source.get("PatientID", ""))}
            made = clean_instance(source, keyed=KEY)
            write_instance(made.dataset, tmp_path / "out.dcm")
        except Refused:
            refused += 1
            continue
        cleaned += 1
        after = dcmread(tmp_path / "out.dcm")
        assert after.PatientIdentityRemoved == "YES", path
        assert str(after.get("PatientName", "none")) not in names - {""}, path
        assert not any(tag.group % 2 for tag in after.keys() if tag.group not in (0x19, 0x43))  # noqa: SIM118
    assert cleaned >= 80
    assert refused >= 60


_WHOLE = to_bytes(planted_slice(0))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
def test_a_damaged_file_is_cleaned_or_refused_and_never_leaks(data, tmp_path):
    damaged = bytearray(_WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(132, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.sampled_from([len(damaged), len(damaged) // 2, 900])) :]
    path = tmp_path / "damaged.dcm"
    path.write_bytes(damaged)
    try:
        made = clean_instance(read_dataset(path), keyed=KEY, limits=Limits(bytes_decoded=10**8))
        buffer = tmp_path / "clean.dcm"
        write_instance(made.dataset, buffer)
    except Refused:
        return
    # One changed letter may turn a secret into a word nobody planted, not the reverse.
    assert leaks(buffer.read_bytes()) == []
    assert dcmread(io.BytesIO(buffer.read_bytes())).PatientIdentityRemoved == "YES"
