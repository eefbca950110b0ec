// Entity tags (RFC 9110, section 8.8.3): made of representations, read from requests, compared. It
// knows no resource.

import { hash } from 'node:crypto';

/** What If-Match or If-None-Match names: some tags as they were sent, or whatever there is. */
export type EntityTags = '*' | readonly string[];

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const TAGS = new RegExp(TAG, 'g');
// A list may have empty elements (RFC 9110, section 5.6.1.2).
const LIST = new RegExp(String.raw`^[\t ,]*${TAG}(?:[\t ]*,[\t ,]*${TAG})*[\t ,]*$`);

/** The strong entity tag of a representation as it is sent. */
export function etagOf(representation: string): string {
  return `"${hash('sha256', representation, 'base64url')}"`;
}

/** Whether a field has the form of If-Match and If-None-Match. */
export function isEntityTags(field: string): boolean {
  return field.trim() === '*' || LIST.test(field);
}

/** Reads a field of that form. */
export function readEntityTags(field: string): EntityTags {
  return field.trim() === '*' ? '*' : (field.match(TAGS) ?? []);
}

/** Strong comparison, for If-Match: a weak tag matches nothing. */
export function matchesStrongly(tags: EntityTags, etag: string): boolean {
  return tags === '*' || (!isWeak(etag) && tags.includes(etag));
}

/** Weak comparison, for If-None-Match. */
export function matchesWeakly(tags: EntityTags, etag: string): boolean {
  return tags === '*' || tags.some((tag) => opaqueTag(tag) === opaqueTag(etag));
}

function isWeak(tag: string): boolean {
  return tag.startsWith('W/');
}

function opaqueTag(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}
