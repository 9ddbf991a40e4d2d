{{ compare_with_receipts(ref('sync_splio__contacts'), 'splio__contacts') }}
