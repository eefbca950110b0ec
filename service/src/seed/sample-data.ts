// The sample data of `npm run seed`: two tenants, and what was made of some of their tickets.

import type { EnhancementChanges, NewEnhancement } from '../schemas/enhancement.js';
import type { NewTenant } from '../schemas/tenant.js';

export interface SampleTenant {
  readonly tenant: NewTenant;
  readonly enhancements: readonly SampleEnhancement[];
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
  },
];
