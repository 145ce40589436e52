/* Opens the course in a window and tells the platform that the learner has been here. */
(function () {
  "use strict";

  function element(id) {
    return document.getElementById(id);
  }

  /* The run-time environment's search for the API object: frames upwards, then the opener. */
  function findApi(place) {
    for (var tries = 0; place && tries < 10; tries += 1) {
      try {
        if (place.API) return place.API;
      } catch (refused) {
        return null;
      }
      if (place.parent === place) break;
      place = place.parent;
    }
    return null;
  }

  var api = findApi(window) || (window.opener ? findApi(window.opener) : null);
  var isRunning = false;

  function begin() {
    if (!api || api.LMSInitialize("") === "false") return;
    isRunning = true;
    if (api.LMSGetValue("cmi.core.lesson_status") === "not attempted") {
      api.LMSSetValue("cmi.core.lesson_status", "incomplete");
      api.LMSCommit("");
    }
  }

  function end() {
    if (!isRunning) return;
    isRunning = false;
    api.LMSCommit("");
    api.LMSFinish("");
  }

  function open() {
    var opened = window.open(course.url, "_blank");
    element("told").textContent = opened ? course.is_open : course.blocked;
    element("way").hidden = false;
    if (opened) {
      try {
        opened.opener = null;
      } catch (already) {
        /* It has gone to the other site. */
      }
    }
  }

  document.documentElement.lang = course.language;
  document.documentElement.dir = course.direction;
  document.title = element("title").textContent = course.title;
  element("open").textContent = course.open_course;
  element("results").textContent = course.results;
  element("link").textContent = course.url;
  element("link").href = course.url;
  element("open").addEventListener("click", open);
  window.addEventListener("pagehide", end);
  window.addEventListener("beforeunload", end);
  begin();
})();
