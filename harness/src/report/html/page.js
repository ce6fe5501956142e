'use strict';
// Filters, links into closed details, and buttons that copy. The page is whole without.
(() => {
  const form = document.getElementById('filter');
  const items = [...document.querySelectorAll('.item')].map((element) => ({
    element,
    // The text is what stands in the attribute: reading what is shown would lay the page out.
    text: element.dataset.t,
    outcomes: element.dataset.o.split(' '),
    unclean: 'unclean' in element.dataset,
    differs: 'differs' in element.dataset,
    kind: element.matches('.row') ? 'rows' : element.matches('.sig') ? 'signatures' : 'others',
  }));
  const groups = [...document.querySelectorAll('.matrix tbody')];

  const apply = () => {
    const words = document.getElementById('q').value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = [...form.querySelectorAll('[aria-pressed="true"]')];
    const only = pressed.map((button) => button.dataset.only).filter(Boolean);
    const outcomes = pressed.map((button) => button.dataset.outcome).filter(Boolean);
    const counts = { rows: [0, 0], signatures: [0, 0], others: [0, 0] };
    for (const item of items) {
      const shown =
        words.every((word) => item.text.includes(word)) &&
        only.every((name) => item[name]) &&
        (outcomes.length === 0 || outcomes.some((one) => item.outcomes.includes(one)));
      if (item.element.hidden === shown) item.element.hidden = !shown;
      counts[item.kind][0] += Number(shown);
      counts[item.kind][1] += 1;
    }
    for (const group of groups) group.hidden = !group.querySelector('.row:not([hidden])');
    const told = [`${counts.rows[0]} of ${counts.rows[1]} rows`];
    if (counts.signatures[1] > 0) {
      told.push(`${counts.signatures[0]} of ${counts.signatures[1]} signatures`);
    }
    document.getElementById('shown').textContent = told.join(', ');
  };

  const clear = () => {
    document.getElementById('q').value = '';
    for (const button of form.querySelectorAll('[aria-pressed="true"]')) {
      button.setAttribute('aria-pressed', 'false');
    }
    apply();
  };

  if (form) {
    form.hidden = false;
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('click', (event) => {
      const button = event.target.closest('button[aria-pressed]');
      if (!button) return;
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      apply();
    });
    form.querySelector('.clear').addEventListener('click', clear);
    apply();
  }

  // A link leads to something that is shown and open.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target || target.tagName !== 'DETAILS') return;
    if (target.hidden) clear();
    target.open = true;
    target.scrollIntoView();
    target.querySelector('summary').focus({ preventScroll: true });
  };
  addEventListener('hashchange', reveal);
  reveal();

  for (const button of document.querySelectorAll('.copy')) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const code = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = 'Copied';
      } catch {
        // Not allowed here: selected, so that a key copies it.
        getSelection().selectAllChildren(code);
        button.textContent = 'Selected';
      }
    });
  }
})();
