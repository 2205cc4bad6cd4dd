// Files are sent one by one, so that each has its own limit, and added together once all of them have arrived.
const drop = element.querySelector('.qb-drop');
const inputs = element.querySelectorAll('input');
const status = element.querySelector('.qb-sending');
const remarks = element.querySelector('.qb-report');
const maxBytes = Number(drop.dataset.maxBytes);
const extensions = new Set(drop.dataset.extensions.split(' '));
const atOnce = 100;
const maxNameBytes = 200;  // of a longer name Gradio cuts off the end
let busy = false;

function remark(name, said, state = 'refused') {
  const line = remarks.appendChild(document.createElement('li'));
  line.className = `qb-${state}`;
  line.appendChild(document.createElement('b')).textContent = name;
  line.append(' ' + said);
}

// What was dropped, with the way to each file inside a folder: [file, 'folder/below/file.pdf'].
async function filesBelow(entry, path) {
  if (entry.isFile) return [[await new Promise((done, failed) => entry.file(done, failed)), path]];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));  // 100 at a time
    if (!some.length) return found;
    for (const below of some) found.push(...await filesBelow(below, `${path}/${below.name}`));
  }
}

async function dropped(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter(Boolean);  // gone after the first await
  const found = await Promise.all(entries.map((entry) => filesBelow(entry, entry.name)));
  return found.flat();
}

const chosen = (input) => [...input.files].map((file) => [file, file.webkitRelativePath || file.name]);

function isReadable(path) {
  const parts = path.split('/');
  const name = parts[parts.length - 1].toLowerCase();
  return !parts.some((part) => part.startsWith('.')) && extensions.has(name.slice(name.lastIndexOf('.')));
}

// A file dropped by itself is refused with a reason by whoever reads it; in a folder, what can't be read is left out.
function readable(files) {
  const kept = files.filter(([, path]) => !path.includes('/') || isReadable(path));
  const n = files.length - kept.length;
  if (n) remark(`${n} other ${n === 1 ? 'file' : 'files'}`, 'skipped: hidden, or of a kind that is not read.', 'doing');
  return kept;
}

// Files of one name replace each other in the library, so one from a folder is called by its way too. Of a long way
// the first folder and the name are kept.
function named([file, path]) {
  const parts = path.split('/');
  while (parts.length > 2 && new Blob([parts.join(' - ')]).size > maxNameBytes) parts.splice(1, 1);
  const name = parts.join(' - ');
  return name === file.name ? file : new File([file], name, { type: file.type });
}

async function arrived(file) {
  if (file.size > maxBytes) {
    remark(file.name, `is larger than ${maxBytes / 1e6} MB; put it in a folder and sync that.`);
    return null;
  }
  try {
    const sent = await upload(file);
    if (sent && sent.path) return sent.path;
  } catch (error) { /* said below */ }
  remark(file.name, 'could not be sent; try it again.');
  return null;
}

async function send(found) {
  if (busy) return;
  busy = true;
  drop.classList.add('qb-busy');
  remarks.replaceChildren();
  try {
    const files = readable(await found).map(named);
    const paths = new Map();  // by the name that a file was given on its way
    for (const [n, file] of files.entries()) {
      status.textContent = `Sending ${n + 1} of ${files.length}: ${file.name}`;
      const path = await arrived(file);
      const name = path?.split(/[\\/]/).pop();
      if (paths.has(name)) remark(file.name, 'has the same name as another file once it is shortened; rename it.');
      else if (path) paths.set(name, path);
    }
    const all = [...paths.values()];
    const sending = Date.now();  // those that follow when the first are stopped are known by it
    for (let n = 0; n < all.length; n += atOnce) trigger('upload', { sending, paths: all.slice(n, n + atOnce) });
  } catch (error) {
    remark('The folder', 'could not be read; try it again.');
  }
  status.textContent = '';
  drop.classList.remove('qb-busy');
  for (const input of inputs) input.value = '';
  busy = false;
}

for (const input of inputs) input.addEventListener('change', () => input.files.length && send(chosen(input)));
for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle('qb-over', kind === 'dragenter' || kind === 'dragover');
    if (kind === 'drop') send(dropped(event.dataTransfer.items));
  });
}
