{{ compare_with_receipts(ref('sync_google__audience'), 'google__audience') }}
