// The bank's own page: one page with three places, without being loaded again.
const links = document.querySelectorAll('nav a');

function show(path) {
  for (const link of links) {
    const isHere = link.pathname === path;
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    document.querySelector(`#${link.pathname.slice(1)}`).hidden = !isHere;
  }
}

for (const link of links) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.pushState(null, '', link.pathname);
    show(link.pathname);
  });
}
addEventListener('popstate', () => show(location.pathname));
show(location.pathname);

// The widget.
const button = document.querySelector('#help');

/** The bank's server knows who is signed in, and signs a token for them. */
async function getToken() {
  const answer = await fetch('/support-token', { method: 'POST' });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`The bank answers ${answer.status}`);
  return (await answer.json()).token;
}

function start() {
  window.SupportWidget.init({
    getToken,
    locale: button.dataset.locale,
    onUnread(count) {
      button.textContent = count > 0 ? `Messages (${count})` : 'Messages';
    },
  });
}

button.addEventListener('click', () => window.SupportWidget?.open());
// Its script comes in its own time: before this one, or after it.
if (window.SupportWidget) start();
else addEventListener('support-widget:load', start, { once: true });
