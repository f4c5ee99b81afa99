const cooling = document.getElementById('cooling') as HTMLInputElement;
const factor = document.getElementById('factor') as HTMLInputElement;
const text = (id: string, words: string): void => {
  const element = document.getElementById(id);
  if (element) element.textContent = words;
};
const decimal = new Intl.NumberFormat('sv-SE', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('sv-SE', { maximumFractionDigits: 0 });

/** Heat on the warm side = what the cold side took up + what the compressor put in. */
function calculate(): void {
  const kilowatts = Number(cooling.value);
  const performance = Number(factor.value);
  text('cooling-value', `${whole.format(kilowatts)} kW`);
  text('factor-value', decimal.format(performance));
  text('heat-value', `${whole.format(kilowatts * (1 + 1 / performance))} kW`);
}

cooling.addEventListener('input', calculate);
factor.addEventListener('input', calculate);
calculate();
