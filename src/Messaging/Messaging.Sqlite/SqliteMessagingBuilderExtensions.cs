using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

public static class SqliteMessagingBuilderExtensions
{
    /// <summary>Keeps the service's data, outbox and inbox in one SQLite file (section <c>Database</c>).</summary>
    public static MessagingBuilder UseSqlite(this MessagingBuilder messages, Action<SqliteStoreOptions> configure)
    {
        messages.Services.AddOptions<SqliteStoreOptions>()
            .Configure(configure).ValidateKeys(SqliteStoreOptions.Section).ValidateOnStart();
        messages.Services.AddSingleton<SqliteDatabase>();
        messages.Services.AddSingleton<IDatabase>(services => services.GetRequiredService<SqliteDatabase>());
        messages.Services.AddSingleton<IMessageStore, SqliteStore>();
        return messages;
    }

    /// <summary>Exchanges events through a log in one file that all local processes open (section
    /// <c>Messaging:Embedded</c>).</summary>
    public static MessagingBuilder UseEmbeddedTransport(
        this MessagingBuilder messages, Action<EmbeddedTransportOptions> configure)
    {
        messages.Services.AddOptions<EmbeddedTransportOptions>()
            .Configure(configure).ValidateKeys(EmbeddedTransportOptions.Section).ValidateOnStart();
        messages.Services.AddSingleton<ITransport, EmbeddedTransport>();
        return messages;
    }
}
