// The demo host page: signs a demo user in and out, and tells the widget, as a real host would.

const form = document.getElementById("demo-identity");
const choice = document.getElementById("demo-user");
const state = document.getElementById("demo-state");
const NAME = "demo.user";

function show(option) {
  const words = option ? form.dataset.signedIn : form.dataset.signedOut;
  state.textContent = words
    .replace("{name}", option?.dataset.name)
    .replace("{role}", option?.dataset.role)
    .replace("{structure}", option?.dataset.structure);
}

async function freshToken(user) {
  const answer = await fetch("/demo/identity", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user }),
  });
  if (!answer.ok) throw new Error(`no identity: ${answer.status}`);
  return (await answer.json()).token;
}

function signIn(user) {
  const option = [...choice.options].find((one) => one.value === user);
  if (!option) return signOut();
  sessionStorage.setItem(NAME, user);
  choice.value = user;
  show(option);
  window.ClaudIA.identify(() => freshToken(user));
}

function signOut() {
  sessionStorage.removeItem(NAME);
  show(null);
  window.ClaudIA.signOut();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn(choice.value);
});
document.getElementById("demo-sign-out").addEventListener("click", signOut);

// « Mes tickets » of the person that is chosen: a token serves once, so each time with a new one.
const tickets = document.getElementById("demo-tickets");
tickets.addEventListener("submit", async (event) => {
  event.preventDefault();
  tickets.elements.identity.value = await freshToken(choice.value);
  tickets.submit();
});

const known = sessionStorage.getItem(NAME);
if (known) signIn(known);
else signOut();
