using Microsoft.AspNetCore.DataProtection;
using Tessera.Inventory.Contracts;
using Tessera.MailDefaults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Webhooks;

internal static class WebhooksSetup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.AddSealing();
        builder.Services.AddWebhookRules();
        builder.Services.AddSingleton<IPrepareDatabase>(services => services.GetRequiredService<MakeOwnEndpoint>());
        builder.Services.AddSingleton<IResolveNames, ResolveBySystem>();
        builder.Services.AddSingleton<IDescribeService, DescribePublicEvents>();
        builder.Services.AddMail<WriteDisabledMail>();
        builder.Services.AddHostedService<BeginMetrics>();
        builder.Services.AddHostedService<DeliverWebhooks>();
        builder.Services.AddHostedService<PruneDeliveries>();
    }

    internal static IServiceCollection AddWebhookRules(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section)
            .ValidateKeys(WebhookOptions.Section)
            .Validate(options => options.ClaimTime >= 2 * options.AnswerTimeout,
                "Webhooks:ClaimTime must be at least twice Webhooks:AnswerTimeout, " +
                "or two workers send one delivery.")
            .ValidateOnStart();
        services.AddScoped<EndpointStore>();
        services.AddScoped<QueueDeliveries>();
        services.AddScoped<TellDisabled>();
        services.AddSingleton<CheckEndpoint>();
        services.AddSingleton<MakeOwnEndpoint>();
        services.AddSingleton<CountDeliveries>();
        services.AddSingleton<EndpointSecrets>();
        services.AddSingleton<DeliveryWake>();
        services.AddSingleton<DeliveryClaims>();
        services.AddSingleton<ConnectOutside>();
        services.AddSingleton<SendDelivery>();
        services.AddSingleton<RecordAnswer>();
        return services;
    }

    public static void ListMessages(this MessagingBuilder messages) => messages
        .Handle<QueueOrderWebhooks>()
        .Handle<QueueWebhookOnStockLow>()
        .Handle<QueueWebhookOnUserErased>()
        .Ignores<PaymentRequested>()
        .Ignores<StockReserved>()
        .Ignores<StockRefused>()
        .Ignores<StockReleased>()
        .Ignores<StockCommitted>()
        .Ignores<UserRegistered>()
        .Ignores<UserChanged>();

    /// <summary>The keys that secrets are sealed with lie in the data folder, where all replicas read them and their
    /// owner alone may look.</summary>
    private static void AddSealing(this WebApplicationBuilder builder)
    {
        var tessera = builder.Configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>() ?? new();
        var keys = new DirectoryInfo(Path.Combine(tessera.KeyDirectory, "webhooks"));
        builder.Services.AddDataProtection().SetApplicationName("Tessera.Webhooks").PersistKeysToFileSystem(keys);
        var folder = new MakeFolder(keys.FullName);
        builder.Services.AddSingleton<IStartupFilter>(folder);
        builder.Services.AddSingleton<IPrepareDatabase>(folder);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    /// <summary>Before the first key is written, whichever comes first: a request, or the shop's own endpoint.
    /// </summary>
    private sealed class MakeFolder(string folder) : IStartupFilter, IPrepareDatabase
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
        {
            Make();
            return next;
        }

        public Task PrepareAsync(CancellationToken stop)
        {
            Make();
            return Task.CompletedTask;
        }

        private void Make()
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}
