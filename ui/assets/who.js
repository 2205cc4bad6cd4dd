// The page remembers its browser by an unguessable word, for good, and its conversation until it is closed.
const names = { browser: 'quoteback.browser', who: 'quoteback.who' };

function kept(storage, name) {
  try { return window[storage].getItem(name) || ''; } catch (error) { return ''; }
}

function keep(storage, name, value) {
  try { window[storage].setItem(name, value); } catch (error) { /* for this visit only, then */ }
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const browser = kept('localStorage', names.browser) || random();
keep('localStorage', names.browser, browser);
const before = kept('sessionStorage', names.who);
props.value = before.startsWith(browser) ? before : browser;
watch('value', () => keep('sessionStorage', names.who, props.value));
trigger('arrive');
