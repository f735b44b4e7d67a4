// On screens too narrow for three columns: which of them is shown.

const BESIDE = matchMedia("(min-width: 48rem)"); // the list is always shown (agents.css)

export class Panes {
  constructor(root, buttons) {
    this.root = root;
    this.buttons = buttons;
    for (const button of buttons) {
      button.addEventListener("click", () => this.show(button.dataset.pane));
    }
    BESIDE.addEventListener("change", () => this.show(root.dataset.pane));
    this.show("list");
  }

  show(name) {
    const shown = name === "list" && BESIDE.matches ? "thread" : name;
    this.root.dataset.pane = shown;
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.pane === shown));
    }
  }
}
