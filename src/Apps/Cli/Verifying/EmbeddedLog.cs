namespace Tessera.Cli.Verifying;

internal static class EmbeddedLog
{
    public static Task<IReadOnlyList<SubscriptionRow>> ReadAsync(
        ServiceDatabases databases, IReadOnlyList<MessagingRow> messaging, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<SubscriptionRow>>([]);
}
