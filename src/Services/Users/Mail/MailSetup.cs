using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Users.Links;

namespace Tessera.Users.Mail;

internal static class MailSetup
{
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .ValidateKeys(MailOptions.Section).ValidateOnStart();
        services.AddSingleton<MailSignal>();
        services.AddScoped<MailQueue>();
        services.AddScoped<WriteMail>();
        services.AddScoped<OneTimeLinks>();
        services.AddSingleton<FileSender>();
        services.AddSingleton<SmtpSender>();
        services.AddSingleton<IMailSender>(provider =>
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Host is { Length: > 0 }
                ? provider.GetRequiredService<SmtpSender>()
                : provider.GetRequiredService<FileSender>());
        return services.AddHostedService<SendMails>();
    }
}
