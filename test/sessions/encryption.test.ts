import { describe, expect, it } from '@jest/globals';
import { TextEncryption } from '../../src/lib/encryption.js';
import { failuresAfter } from '../../src/modules/sessions/index.js';

describe('encryption', () => {
  const old = new TextEncryption('old secret');

  it('gives back what it was given, and never the same text twice', () => {
    const sealed = old.encrypt('crédentials 🔑', 'sender');
    expect(sealed).not.toBe(old.encrypt('crédentials 🔑', 'sender'));
    expect(old.decrypt(sealed, 'sender')).toBe('crédentials 🔑');
  });

  it('refuses a changed text, another owner and another secret', () => {
    const sealed = old.encrypt('text', 'sender');
    const flipped = sealed.slice(0, -2) + (sealed.endsWith('A') ? 'BB' : 'AA');
    expect(() => old.decrypt(flipped, 'sender')).toThrow();
    expect(() => old.decrypt(sealed, 'another sender')).toThrow();
    expect(() => new TextEncryption('new secret').decrypt(sealed, 'sender')).toThrow(/another secret/u);
  });

  it('reads what was written under an earlier secret that is still given', () => {
    const sealed = old.encrypt('text', 'sender');
    const rotated = new TextEncryption('new secret', ['old secret']);
    expect(rotated.decrypt(sealed, 'sender')).toBe('text');
    expect(() => old.decrypt(rotated.encrypt('text', 'sender'), 'sender')).toThrow();
  });
});

describe('reconnecting', () => {
  it('starts counting anew only after a stable connection', () => {
    expect(failuresAfter(5, 60_000, 60_000)).toBe(0);
    expect(failuresAfter(5, 59_999, 60_000)).toBe(6);
    expect(failuresAfter(5, undefined, 60_000)).toBe(6);
  });
});
