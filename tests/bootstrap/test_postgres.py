from bootstrap.postgres import newest


def test_newest_server_wins_by_number_not_by_spelling(tmp_path):
    folders = [tmp_path / version / "bin" for version in ("9.6", "15", "postgresql@17")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "initdb").write_text("")

    assert newest(folders).parent.name == "postgresql@17"


def test_newest_ignores_a_client_without_server(tmp_path):
    (tmp_path / "16/bin").mkdir(parents=True)

    assert newest([tmp_path / "16/bin"]) is None
