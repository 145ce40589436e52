// Tells the platform's window that registration is over (LTI Dynamic Registration 1.0, 3.6).
// The message holds nothing but that, so that any window around may read it.
document.querySelector("[data-close-registration]")?.addEventListener("click", () => {
  (window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
});
