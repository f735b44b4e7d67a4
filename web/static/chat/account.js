// What the identity token says about the user, for display only: the server alone verifies it.

/** `{email, structure, role}` of a token, each null when it does not say. */
export function account(token) {
  const claims = payload(token);
  return {
    email: claims.email ?? null,
    structure: claims.structures?.[0]?.name ?? null,
    role: claims.role ?? null,
  };
}

function payload(token) {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
}
