using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Payments;

internal static class PaymentsSetup
{
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        builder.Services.AddPaymentRules();
        builder.Services.AddHostedService<BeginMetrics>();
        builder.Services.AddHostedService<CheckSecrets>();
        builder.Services.AddHostedService<SettlePayments>();
        builder.AddSimulatedProvider();
    }

    internal static IServiceCollection AddPaymentRules(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration(PaymentOptions.Section)
            .ValidateKeys(PaymentOptions.Section)
            .Validate(options => options.ClaimTime >= 2 * options.ProviderTimeout,
                "Payments:ClaimTime must be at least twice Payments:ProviderTimeout, " +
                "or two workers ask about one payment.")
            .ValidateOnStart();
        services.AddOptions<CallbackOptions>().BindConfiguration(CallbackOptions.Section)
            .ValidateKeys(CallbackOptions.Section).ValidateOnStart();
        services.AddScoped<PaymentStore>();
        services.AddScoped<ForgetBuyer>();
        services.AddSingleton<PaymentWake>();
        services.AddSingleton<PaymentClaims>();
        services.AddSingleton<AskProvider>();
        services.AddSingleton<RecordAnswers>();
        services.AddSingleton<ProviderSecrets>();
        services.AddSingleton<RecordCallback>();
        return services;
    }

    public static void ListMessages(this MessagingBuilder messages)
    {
        messages
            .Publishes<PaymentCaptured>(captured => captured.Order)
            .Publishes<PaymentDeclined>(declined => declined.Order)
            .Publishes<PaymentRefunded>(refunded => refunded.Order);
        messages
            .Handle<RequestPaymentOnPaymentRequested>()
            .Handle<CancelPaymentOnOrderCancelled>()
            .Handle<ForgetPaymentMethodsOnUserErased>();
        messages
            .Ignores<OrderPlaced>()
            .Ignores<OrderConfirmed>()
            .Ignores<OrderShipped>()
            .Ignores<UserRegistered>()
            .Ignores<UserChanged>();
        messages.Timer<ForgetPaymentMethodsOnBuyerErased>();
    }

    private static void AddSimulatedProvider(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SimulatedProviderOptions>().BindConfiguration(SimulatedProviderOptions.Section)
            .ValidateKeys(SimulatedProviderOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton(BooksOf);
        builder.Services.AddSingleton<SimulatedCallbacks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SimulatedCallbacks>());
        builder.Services.AddSingleton<IPaymentProvider, SimulatedPaymentProvider>();
    }

    /// <summary>Where the service keeps its own rows. A store that began with a file goes on with it: the charges in
    /// there must not be made again.</summary>
    private static IProviderRecord BooksOf(IServiceProvider services)
    {
        if (services.GetRequiredService<IOptions<SimulatedProviderOptions>>().Value.File is { Length: > 0 } given)
            return new ProviderFile(given);
        var file = Path.Combine(
            services.GetRequiredService<IOptions<TesseraOptions>>().Value.DataDirectory, "payments", "provider.db");
        return services.GetRequiredService<IDatabase>().Engine == "sqlite" || File.Exists(file)
            ? new ProviderFile(file)
            : new ProviderTables(services.GetRequiredService<IServiceScopeFactory>());
    }
}
