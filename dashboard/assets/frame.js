// The control that copies the address; one step of history for each step of the reader; and the
// figures' colours, which follow when the reader changes the appearance.

/**
 * When the server sends a reader to another page, the address changes twice: first what follows
 * the "?", then the path. Without a gesture in between that is one step, so that one "back" undoes it.
 */
function oneStepAPage() {
  if (window.papermapHistory) return;
  window.papermapHistory = true;
  let gesture = true;
  const mark = () => {
    gesture = true;
  };
  for (const name of ["pointerdown", "keydown", "popstate"]) window.addEventListener(name, mark, true);
  const push = window.history.pushState.bind(window.history);
  window.history.pushState = (state, title, url) => {
    const next = new URL(url ?? "", window.location.href);
    const same = next.search === window.location.search && next.pathname !== window.location.pathname;
    if (sameButForTheCamera(next, window.location) || searchGoesOn(next, window.location)) window.history.replaceState(state, title, url);
    else if (same && !gesture) window.history.replaceState(state, title, url);
    else push(state, title, url);
    gesture = false;
  };
}

/**
 * A link to the page that is shown already: Streamlit draws what it asks for and leaves the address
 * as it was, so that the next change of anything would bring back the old view.
 */
function linksToTheSamePage() {
  if (window.papermapLinks) return;
  window.papermapLinks = true;
  window.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('[data-testid="stPageLink-NavLink"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const { pathname, search, href } = new URL(link.href, window.location.href);
    if (pathname === window.location.pathname && search !== window.location.search) window.history.pushState({}, "", href);
  }, true);
}

/** The search follows the reader's typing: all of it is one step. */
function searchGoesOn(next, now) {
  const [one, other] = [next, now].map(({ search }) => new URLSearchParams(search).get("text"));
  return next.pathname === now.pathname && one && other && one !== other;
}

/** Moving over the map changes the address and is no step to go back by. */
function sameButForTheCamera(next, now) {
  const [one, other] = [next, now].map(({ search }) => new URLSearchParams(search));
  if (next.pathname !== now.pathname || one.get("at") === other.get("at")) return false;
  one.delete("at");
  other.delete("at");
  one.sort();
  other.sort();
  return one.toString() === other.toString();
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https the clipboard is closed to pages: select a field and copy that.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    field.style.opacity = "0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** Whether a colour that CSS may write is a dark one. */
function isDark(colour) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}

let asked = null;

/** Streamlit changes its own colours alone: ask for a new run, which changes those of the figures. */
function followAppearance(parentElement, drawnDark, setTriggerValue) {
  const colour = getComputedStyle(parentElement).getPropertyValue("--st-background-color");
  const dark = isDark(colour.trim() || "white");
  if (dark === drawnDark) asked = null;
  else if (asked !== dark) {
    asked = dark;
    setTriggerValue("appearance", dark ? "dark" : "light");
  }
}

export default function draw({ data, parentElement, setTriggerValue }) {
  oneStepAPage();
  linksToTheSamePage();
  followAppearance(parentElement, data.dark, setTriggerValue);
  const button = parentElement.querySelector("button");
  const label = button.querySelector("span");
  button.onclick = async () => {
    const done = await write(window.location.href);
    label.textContent = done ? "Copied" : "Copy it from the address bar";
    button.classList.toggle("pm-done", done);
    setTimeout(() => {
      label.textContent = "Copy link";
      button.classList.remove("pm-done");
    }, 2000);
  };
}
