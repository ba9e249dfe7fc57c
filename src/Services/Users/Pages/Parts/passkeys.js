// Asks the device for a passkey and sends what it answers with the form. The pages work without it, by password.
(() => {
  const able = options => {
    const name = options.rp?.id ?? options.rpId;
    const here = location.hostname;
    return typeof PublicKeyCredential === 'function'
      && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function'
      && (here === name || here.endsWith('.' + name));
  };

  for (const button of document.querySelectorAll('button[data-passkey]')) {
    const options = JSON.parse(button.dataset.options);
    if (!able(options)) continue;
    const form = button.form;
    const fault = form.querySelector('[data-passkey-fault]');
    form.querySelector('[data-passkey-not]')?.remove();
    form.hidden = false;
    button.hidden = false;
    form.addEventListener('submit', async event => {
      event.preventDefault();
      fault.hidden = true;
      button.disabled = true;
      try {
        const credential = button.dataset.passkey === 'create'
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch {
        fault.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
