/** The company's public contact facts. */
export const company = {
  name: 'Advansor A/S',
  street: 'Rosbjergvej 7A',
  city: 'DK-8220 Brabrand',
  country: 'Danmark',
  email: 'marketing@advansor.dk',
  phone: '+45 7025 0030',
  phoneLink: 'tel:+4570250030',
} as const;
