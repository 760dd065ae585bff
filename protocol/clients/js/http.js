// The few HTTP calls a client needs: sign-in and socket tickets. Cookies on the server's own pages, else a bearer token.

const PATIENCE = 20_000;

export class HttpError extends Error {
  constructor(status, body, retryAfter) {
    super(body?.error?.text ?? body?.text ?? body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? body?.code ?? null;
    this.retryAfter = retryAfter;
  }
}

export class Http {
  constructor(base, { token = null, fetch: use = globalThis.fetch } = {}) {
    this.base = new URL(base);
    this.token = token;
    this.fetch = use.bind(globalThis);
    this.sameOrigin = globalThis.location?.origin === this.base.origin;
  }

  get(path) { return this._call("GET", path); }
  post(path, body = {}) { return this._call("POST", path, body); }

  async _call(method, path, body) {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.sameOrigin) {
      const csrf = cookie("csrftoken");
      if (csrf) headers["X-CSRFToken"] = csrf;
    } else if (this.token) {
      headers.Authorization = `Bearer ${this.token}`;
    }
    const response = await this.fetch(new URL(path, this.base), {
      method, headers, credentials: this.sameOrigin ? "same-origin" : "omit",
      body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    let data = null;
    try {
      data = text ? JSON.parse(text) : null;
    } catch {
      data = { text: text.slice(0, 200) };
    }
    if (!response.ok) {
      throw new HttpError(response.status, data, Number(response.headers.get("Retry-After")) || null);
    }
    return data;
  }
}

function cookie(name) {
  const found = globalThis.document?.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}
