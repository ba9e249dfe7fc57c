using Microsoft.AspNetCore.Http.HttpResults;

namespace Tessera.PageDefaults;

public static class Page
{
    public static RazorComponentResult<TPage> Show<TPage>(
        int status = StatusCodes.Status200OK, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters) given[name] = value;
        return new RazorComponentResult<TPage>(given) { StatusCode = status, PreventStreamingRendering = true };
    }
}
