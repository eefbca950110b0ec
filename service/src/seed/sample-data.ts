// The sample data of `npm run seed`: two tenants, what was made of some of their tickets, and some
// documents.

import type { NewDocument } from '../schemas/document.js';
import type { EnhancementChanges, NewEnhancement } from '../schemas/enhancement.js';
import type { NewTenant } from '../schemas/tenant.js';

export interface SampleTenant {
  readonly tenant: NewTenant;
  readonly enhancements: readonly SampleEnhancement[];
  readonly documents: readonly NewDocument[];
}

export interface SampleEnhancement {
  readonly begin: NewEnhancement;
  /** How it ended; none that did is pending. */
  readonly end?: EnhancementChanges;
}

export const SAMPLE_TENANTS: readonly SampleTenant[] = [
  {
    tenant: {
      tenant_id: 'acme',
      name: 'Acme Corporation',
      servicedesk_url: 'https://desk.acme.example/api',
      servicedesk_api_key: 'acme-sample-api-key',
      webhook_signing_secret: 'acme-sample-signing-secret',
      enhancement_preferences: { language: 'en', tone: 'friendly' },
    },
    enhancements: [
      {
        begin: {
          ticket_id: 'ACME-101',
          context_gathered: { subject: 'Printer on fire', similar_tickets: ['ACME-17', 'ACME-54'] },
        },
        end: {
          status: 'completed',
          llm_output: 'Ask which printer it is, and send the manual of the extinguisher along.',
          processing_time_ms: 1840,
        },
      },
      {
        begin: { ticket_id: 'ACME-102', context_gathered: { subject: 'Cannot log in' } },
        end: {
          status: 'failed',
          error_message: 'The service desk did not answer in time.',
          processing_time_ms: 30_000,
        },
      },
      { begin: { ticket_id: 'ACME-103', context_gathered: { subject: 'New laptop' } } },
    ],
    documents: [
      {
        title: 'Printers',
        text:
          'The printers are on the second floor, beside the kitchen. A printer that smells of smoke ' +
          'is switched off at the wall. The extinguisher hangs to the left of the door, and its ' +
          'manual is in the drawer below. Paper jams are opened from the back.\n\n' +
          'New cartridges are ordered by the front desk. They arrive within two days.',
        metadata: { kind: 'handbook', floor: 2 },
      },
      {
        title: 'Laptops and logins',
        text:
          'New laptops are handed out on the first of the month. Whoever cannot log in resets the ' +
          'password at the terminal in the lobby. Three wrong passwords lock an account for an hour.',
        metadata: { kind: 'handbook' },
      },
    ],
  },
  {
    tenant: {
      tenant_id: 'globex',
      name: 'Globex',
      servicedesk_url: 'https://tickets.globex.example',
      servicedesk_api_key: 'globex-sample-api-key',
      webhook_signing_secret: 'globex-sample-signing-secret',
      enhancement_preferences: { language: 'de' },
    },
    enhancements: [
      {
        begin: { ticket_id: 'GX-7', context_gathered: { subject: 'Rechnung fehlt' } },
        end: {
          status: 'completed',
          llm_output: 'Die Rechnung liegt im Archiv unter der Nummer des Auftrags.',
          processing_time_ms: 950,
        },
      },
      { begin: { ticket_id: 'GX-8', context_gathered: { subject: 'VPN bricht ab' } } },
    ],
    documents: [
      {
        title: 'Rechnungen',
        text:
          'Rechnungen liegen zehn Jahre lang im Archiv, nach der Nummer des Auftrags geordnet. ' +
          'Fehlt eine Rechnung, stellt die Buchhaltung sie neu aus.',
        metadata: { kind: 'handbook' },
      },
      {
        title: 'VPN',
        text:
          'Bricht das VPN ab, wird zuerst der Tunnel neu gestartet. Hilft das nicht, sieht der ' +
          'Betrieb die Verbindung an.',
        metadata: { kind: 'handbook' },
      },
    ],
  },
];
