{{ compare_with_receipts(ref('sync_clientela__customers'), 'clientela__customers') }}
