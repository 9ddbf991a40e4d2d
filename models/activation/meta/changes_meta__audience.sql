{{ compare_with_receipts(ref('sync_meta__audience'), 'meta__audience') }}
