/** Goes on by itself; without this script there is the button. */
(document.getElementById('onward') as HTMLFormElement | null)?.requestSubmit();
