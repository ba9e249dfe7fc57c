using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.Messaging;

namespace Tessera.MailDefaults;

public static class MailSetup
{
    /// <summary>Queues and sends the mails that <typeparamref name="TWriter"/> writes. The service has the table
    /// <c>mails</c> in its schema.</summary>
    public static IServiceCollection AddMail<TWriter>(this IServiceCollection services)
        where TWriter : class, IWriteMail
    {
        services.AddMailQueue<TWriter>();
        return services.AddHostedService(provider => provider.GetRequiredService<SendMails>());
    }

    /// <summary>All but that somebody sends by himself: a test makes each step.</summary>
    internal static IServiceCollection AddMailQueue<TWriter>(this IServiceCollection services)
        where TWriter : class, IWriteMail
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .ValidateKeys(MailOptions.Section).ValidateOnStart();
        services.AddSingleton<MailSignal>();
        services.AddScoped<MailQueue>();
        services.AddScoped<IWriteMail, TWriter>();
        services.AddSingleton<FileSender>();
        services.AddSingleton<SmtpSender>();
        services.AddSingleton<IMailSender>(provider =>
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Host is { Length: > 0 }
                ? provider.GetRequiredService<SmtpSender>()
                : provider.GetRequiredService<FileSender>());
        services.AddSingleton<SendMails>();
        return services;
    }
}
