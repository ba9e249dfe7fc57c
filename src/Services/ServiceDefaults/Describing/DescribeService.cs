using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Tessera.ServiceDefaults;

/// <summary><c>--describe FILE</c>: the service writes down what it offers to others, and ends. Nothing is started, no
/// port listened to, no database opened: the contracts of all services are read in a few seconds.</summary>
internal static class DescribeService
{
    private const string Key = "describe";

    public static string? FileOf(WebApplication app) => app.Configuration[Key] is { Length: > 0 } file ? file : null;

    public static async Task WriteAsync(WebApplication app, string file)
    {
        var service = app.Services.GetRequiredService<ServiceName>().Value;
        var description = new JsonObject { ["service"] = service, ["version"] = ServiceVersion.Own.Version };
        if (Shop.Find(service) is { IsApp: false } && service != Shop.GatewayName)
        {
            app.UseEndpoints(_ => { }); // What is mapped becomes known, which the start would do otherwise.
            var documents = app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(OpenApiDefaults.Document);
            var document = await documents.GetOpenApiDocumentAsync();
            description["http"] = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));
        }
        foreach (var more in app.Services.GetServices<IDescribeService>()) more.Describe(description);
        await File.WriteAllTextAsync(file, description.ToJsonString());
    }
}
