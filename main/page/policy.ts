/**
 * What a page of ours may load and do, for both hosts.
 *
 * Styles: Mantine writes its theme's variables and responsive properties as <style> elements, so those are allowed by a
 * nonce that is new with every page; 'unsafe-inline' is not given. Style attributes are set through the DOM by script,
 * which a policy does not govern. Trusted Types are not required: React writes those same <style> elements through
 * innerHTML, which `require-trusted-types-for` refuses.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Sent with every answer, besides the policy. */
export const commonHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
} as const;

/**
 * Puts the nonce into a page where the renderer reads it (`<meta property="csp-nonce">`), as Vite does.
 *
 * @param html - a page with a `<head>`
 */
export function withNonce(html: string, nonce: string): string {
  return html.replace(/<head>/i, `<head><meta property="csp-nonce" nonce="${nonce}">`);
}
