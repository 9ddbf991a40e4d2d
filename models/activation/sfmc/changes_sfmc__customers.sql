{{ compare_with_receipts(ref('sync_sfmc__customers'), 'sfmc__customers') }}
