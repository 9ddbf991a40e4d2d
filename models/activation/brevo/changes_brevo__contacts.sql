{{ compare_with_receipts(ref('sync_brevo__contacts'), 'brevo__contacts') }}
