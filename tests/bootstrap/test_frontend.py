from bootstrap.frontend import sources_digest


def test_bundle_is_stale_after_a_source_changed_but_not_after_a_build(tmp_path):
    for name in ("src/player.ts", "package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    first = sources_digest(tmp_path)

    for name in ("dist/player.js", "node_modules/vite/index.js"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("2")
    after_build = sources_digest(tmp_path)
    (tmp_path / "src/player.ts").write_text("3")

    assert after_build == first
    assert sources_digest(tmp_path) != first
