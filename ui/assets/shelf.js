// The table is searched and sorted here, at once; what was typed and chosen outlives a new table.
let order = { column: 0, down: false };
let words = '';

const rows = () => [...element.querySelectorAll('tbody tr')];
const ticked = () => rows().map((row) => row.querySelector('input:checked')?.value).filter(Boolean);

function pick() {
  const ids = ticked();
  const most = Number(element.querySelector('.qb-shelf').dataset.maxPicked);
  trigger('pick', { documents: ids.slice(0, most), ticked: ids.length });
}

function find() {
  const all = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const row of rows()) {
    const text = [...row.querySelectorAll('[data-find]')].map((cell) => cell.textContent).join(' ').toLocaleLowerCase();
    row.hidden = !all.every((word) => text.includes(word));
    if (!row.hidden) n += 1;
  }
  element.querySelector('.qb-found').textContent = all.length ? `${n} found` : '';
}

function key(row) {
  const cell = row.children[order.column + 1];
  return cell.dataset.key ?? cell.textContent;
}

function sort() {
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare;
  const sorted = rows().sort((a, b) => compare(key(a), key(b)) * (order.down ? -1 : 1));
  element.querySelector('tbody').append(...sorted);
  element.querySelectorAll('[data-column]').forEach((button, n) => {
    const said = n !== order.column ? 'none' : order.down ? 'descending' : 'ascending';
    button.closest('th').setAttribute('aria-sort', said);
  });
}

element.addEventListener('input', (event) => {
  if (event.target.type !== 'search') return;
  words = event.target.value;
  find();
});

element.addEventListener('change', (event) => {
  if (event.target.type === 'checkbox') pick();
});

element.addEventListener('click', (event) => {
  const column = event.target.closest('[data-column]')?.dataset.column;
  if (column !== undefined) {
    order = { column: Number(column), down: order.column === Number(column) && !order.down };
    sort();
  } else if (event.target.closest('.qb-tick-all')) {
    const boxes = rows().filter((row) => !row.hidden).map((row) => row.querySelector('input')).filter(Boolean);
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    pick();
  }
});

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-qb=widen]')) return;
  for (const box of element.querySelectorAll('tbody input:checked')) box.checked = false;
});

watch('value', () => {
  const search = element.querySelector('[type=search]');
  if (!search) return;
  search.value = words;
  find();
  sort();
});
