"""The files of a report, and that nothing else of the disk can be had."""

import pytest

FILES = {
    "report.html": "text/html; charset=utf-8",
    "report.md": "text/markdown; charset=utf-8",
    "report.json": "application/json",
    "sources/s1.txt": "text/plain; charset=utf-8",
    "evidence.zip": "application/zip",
}


@pytest.mark.parametrize("name", FILES)
async def test_each_file_of_a_report_is_served_as_what_it_is(client, finished, config, name):
    job_id = await finished()
    async with client.get(f"/reports/{job_id}/{name}") as response:
        assert (response.status, response.headers["Content-Type"]) == (200, FILES[name])
        assert await response.read() == (config.storage.reports / job_id / name).read_bytes()
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"].startswith("private, max-age=")
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


async def test_a_browser_that_has_the_file_is_not_sent_it_again(client, finished):
    path = f"/reports/{await finished()}/report.html"
    tag = (await client.get(path)).headers["ETag"]
    async with client.get(path, headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")


async def test_a_part_of_a_file_can_be_had(client, finished):
    path = f"/reports/{await finished()}/evidence.zip"
    async with client.get(path, headers={"Range": "bytes=1-1"}) as response:
        assert (response.status, await response.read()) == (206, b"K")


@pytest.mark.parametrize("path", ["{}.html", "{}/"])
async def test_the_short_addresses_lead_to_the_page(client, finished, path):
    job_id = await finished()
    async with client.get(f"/reports/{path.format(job_id)}", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, f"/reports/{job_id}/report.html")


@pytest.mark.parametrize(
    "name",
    [
        "nothing.html",
        "sources",
        "sources/",
        "sources/s2.txt",
        ".report.html.1a2b3c4d",
        "sources/.s1.txt",
        "..%2F..%2Fsecret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "sources/..%2Freport.json",
        "sources/link.txt",
        "report.html%00",
        "report.html%0a",
        "%2Fetc%2Fpasswd",
        "a%5C..%5Creport.json",
    ],
)
async def test_nothing_else_is_served(client, finished, config, problem_of, name):
    job_id = await finished()
    folder = config.storage.reports / job_id
    (config.storage.reports.parent / "secret.txt").write_text("secret")
    (folder / ".report.html.1a2b3c4d").write_text("a draft")
    (folder / "sources" / ".s1.txt").write_text("a draft")
    (folder / "sources" / "link.txt").symlink_to(config.storage.reports.parent / "secret.txt")
    await problem_of(await client.get(f"/reports/{job_id}/{name}"), 404)


async def test_a_job_without_a_report_has_no_files(client, submit, collect, problem_of):
    collect.gate.clear()
    await problem_of(await client.get(f"/reports/{await submit()}/report.html"), 404)
