// Put the address of this very view on the clipboard.

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

export default function draw({ parentElement }) {
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
