import pytest
from tests import factories as f

@pytest.mark.django_db
def test_all(client, resident):
    dep = f.make_department()
    sec = f.section_of(dep)
    item = f.make_item()
    case = f.make_case(question=item, parent=sec)
    course = f.make_course(parent=sec)
    quiz = f.make_quiz(item)
    lec = f.make_ready_lecture()
    l1 = f.make_lesson(course, lecture=lec)
    l2 = f.make_lesson(course, quiz=quiz, case=case)
    n = f.make_news(); e = f.make_event(); r = f.make_resource()
    client.force_login(resident)
    for url in ["/en/", "/en/cases/", "/en/courses/", "/en/news/", "/en/events/", "/en/guidelines/", "/en/departments/", "/en/my/learning/", "/en/profile/", "/ru/", "/ar/", "/sitemap.xml", "/robots.txt", "/healthz", "/en/feeds/news/", "/en/feeds/cases/", f"/en/calendar/{e.pk}.ics", *(p.url for p in (case, course, l1, l2, n, e, r, sec))]:
        try:
            res = client.get(url)
            print(res.status_code, url, len(res.content))
            if res.status_code>=400 and url != "/healthz": print(res.content[:300])
        except Exception as ex:
            import traceback; print("EXC", url, repr(ex)[:300]); traceback.print_exc(limit=-4)
    res = client.post(f"/en/my/courses/{course.pk}/enrol/", follow=True); print(res.status_code, res.redirect_chain)
    res = client.post(f"/en/quizzes/{quiz.pk}/start/", {"next": l2.url}, follow=True); print(res.status_code, res.redirect_chain)
    assert b"Feedback on" not in res.content
    url=res.redirect_chain[-1][0]
    opt=item.body[0].value["options"]
    import re
    o=re.findall(rb'name="option" value="([^"]+)"', res.content)
    res=client.post(url, {"option": o[0].decode()}, follow=True); print(res.status_code, res.redirect_chain, b"Feedback on" in res.content)
    res=client.post(f"/en/solve/{case.pk}/", {}, follow=True); print(res.status_code, b"Secret" in res.content)
    res=client.post(f"/en/solve/{case.pk}/", {"option": o[1].decode()}, follow=True); print(res.status_code, b"Secretdiagnosis" in res.content)
    assert 0
