import { Injectable } from '@nestjs/common';
import { mayProcess, underNotices, unsaid } from '#consent';
import { Freshness, homeOf, isErased, nowMicros, Reader, timeText, type DefinedPurpose } from '#ledger';
import { Tokens, type Identifier } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { SuppressionKeys } from '../system/secrets.js';
import { PeopleTables, type KnownIdentifier } from './people-tables.js';

export interface Addresses {
  identifiers: KnownIdentifier[];
  /** Of the text that he said yes to; absent where no text stands behind it. */
  locale?: string;
  /** Ends the purpose; absent where it is only told. */
  unsubscribe?: string;
  /** The person's page of all his choices, for whoever has this link. */
  preferences?: string;
}

/** Where links lead: the api's own, and, where there is a portal to sign in to, that. */
export class PublicUrl {
  constructor(
    readonly url: string,
    readonly portal?: string,
  ) {}
}

/** Gives out addresses, for a purpose that is allowed at this moment and for nothing else. */
@Injectable()
export class AddressBook {
  constructor(
    private readonly reader: Reader,
    private readonly catalogue: CurrentCatalogue,
    private readonly tables: PeopleTables,
    private readonly tokens: Tokens,
    private readonly publicUrl: PublicUrl,
    private readonly fresh: Freshness,
    private readonly suppression: SuppressionKeys,
  ) {}

  /** Throws DatabaseBehind on an old backup: it may hold addresses of people who were erased since. */
  async read(id: string, purposeId: string): Promise<Addresses> {
    await this.fresh.demand();
    const { publications } = await this.catalogue.fresh();
    const purpose = this.catalogue.purpose(purposeId);
    await this.tables.holderKind(id);
    const person = await homeOf(this.reader, id);
    const now = timeText(nowMicros());
    const [recorded, whole] = await Promise.all([this.reader.heads.load({ person, purpose: purposeId }), this.reader.persons.load(person)]);
    const stream = recorded ?? unsaid(purpose, whole, now);
    if (!mayProcess(underNotices(stream, publications, now), now)) return { identifiers: [] };
    const all = await this.tables.allIdentifiers(person);
    // Nobody has said anything on it: somebody typed an erased person's address, and he has confirmed nothing since.
    if (!recorded && (await isErased({ reader: this.reader, suppressionKeys: this.suppression.keys }, all as Identifier[]))) return { identifiers: [] };
    const consented = all.filter((one) => one.id === stream.via?.id);
    const identifiers = consented.length > 0 ? consented : all;
    const { notice } = stream;
    return { identifiers, ...(notice && { locale: notice.locale }), ...(await this.links(person, purpose, identifiers[0])) };
  }

  private async links(person: string, { id, choice }: DefinedPurpose, address: KnownIdentifier | undefined): Promise<Pick<Addresses, 'unsubscribe' | 'preferences'>> {
    const via = address && { kind: address.kind, id: address.id };
    const preferences = `${this.publicUrl.url}/p/${await this.tokens.choices({ person, via })}`;
    if (choice === 'told') return { preferences };
    return { unsubscribe: `${this.publicUrl.url}/u/${await this.tokens.unsubscribe({ person, purpose: id, via })}`, preferences };
  }
}
