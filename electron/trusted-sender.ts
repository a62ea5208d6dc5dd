// Whether a frame is our own page. A frame inside the page, or a page of anybody else, is not.

/** Where the page lives. A scheme of our own: nothing of the disk is reachable from it but the page's files. */
export const PAGE_ORIGIN = 'app://hearth';

export function isPageUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}` === PAGE_ORIGIN;
  } catch {
    return false;
  }
}

/** `frame` is null when it was navigated away or destroyed since it sent its message. */
export function isTrustedFrame(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isPageUrl(frame.url);
}
