// Files are sent one by one, so that each has its own limit, and added together once all of them have arrived.
const drop = element.querySelector('.qb-drop');
const input = element.querySelector('input');
const status = element.querySelector('.qb-sending');
const refusals = element.querySelector('.qb-report');
const maxBytes = Number(drop.dataset.maxBytes);
const atOnce = 100;
let busy = false;

function refuse(name, reason) {
  const line = refusals.appendChild(document.createElement('li'));
  line.className = 'qb-refused';
  line.appendChild(document.createElement('b')).textContent = name;
  line.append(' ' + reason);
}

async function arrived(file) {
  if (file.size > maxBytes) {
    refuse(file.name, `is larger than ${maxBytes / 1e6} MB; put it in a folder and sync that.`);
    return null;
  }
  try {
    const sent = await upload(file);
    if (sent && sent.path) return sent.path;
  } catch (error) { /* said below */ }
  refuse(file.name, 'could not be sent; try it again.');
  return null;
}

async function send(files) {
  if (busy || !files.length) return;
  busy = true;
  drop.classList.add('qb-busy');
  refusals.replaceChildren();
  const paths = [];
  for (const [n, file] of [...files].entries()) {
    status.textContent = `Sending ${n + 1} of ${files.length}`;
    const path = await arrived(file);
    if (path) paths.push(path);
  }
  status.textContent = '';
  for (let n = 0; n < paths.length; n += atOnce) trigger('upload', { paths: paths.slice(n, n + atOnce) });
  drop.classList.remove('qb-busy');
  input.value = '';
  busy = false;
}

input.addEventListener('change', () => send(input.files));
for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle('qb-over', kind === 'dragenter' || kind === 'dragover');
    if (kind === 'drop') send(event.dataTransfer.files);
  });
}
