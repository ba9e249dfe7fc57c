namespace Tessera.Cli.Monitoring;

internal sealed record DashboardRow(string Title, IReadOnlyList<DashboardPanel> Panels);

/// <param name="Unit">As Grafana names it.</param>
internal sealed record DashboardPanel(string Title, string Unit, params DashboardLine[] Lines);

/// <param name="Legend">With labels in double braces.</param>
internal sealed record DashboardLine(string Expression, string Legend);

/// <summary>What the dashboard shows. Replicas of a service tell the same of the tables that they share, so the highest
/// counts there.</summary>
internal static class DashboardPanels
{
    private const string Requests = "http_server_request_duration_seconds";

    public static IReadOnlyList<DashboardRow> All { get; } =
    [
        new("Shop",
        [
            new("Requests by outcome", "reqps", new DashboardLine(
                $$"""sum by (http_response_status_code) (rate({{Requests}}_count{service="gateway"}[5m]))""",
                "{{http_response_status_code}}")),
            new("Failures by route", "reqps", new DashboardLine(
                $$"""
                sum by (service, http_route) (rate({{Requests}}_count{http_response_status_code=~"5.."}[5m]))
                """, "{{service}} {{http_route}}")),
            new("Time to answer, at the gateway", "s", Quantiles(Requests, "service=\"gateway\"")),
            new("Orders per minute by state entered", "short", PerMinute(
                "tessera_orders_entered_total", "tessera_order_state")),
            new("Time to confirm", "s", Quantiles("tessera_orders_confirmation_duration_seconds", "")),
            new("Orders cancelled by reason, per minute", "short", PerMinute(
                "tessera_orders_cancelled_total", "tessera_order_reason")),
            new("Orders refused by reason, per minute", "short", PerMinute(
                "tessera_orders_refused_total", "tessera_order_reason")),
            new("Money per minute, in minor units", "short",
                PerMinute("tessera_payments_captured_minor_units_total", "tessera_currency", "captured "),
                PerMinute("tessera_payments_refunded_minor_units_total", "tessera_currency", "refunded ")),
            new("Stock", "short", new DashboardLine(
                "max by (tessera_stock_state) (tessera_stock_items)", "{{tessera_stock_state}}")),
        ]),
        new("Budgets: 1 is as fast as the month allows",
        [
            new("Availability", "short",
                new("tessera:requests_failed:ratio_5m / 0.001", "5 min"),
                new("tessera:requests_failed:ratio_1h / 0.001", "1 h"),
                new("tessera:requests_failed:ratio_6h / 0.001", "6 h"),
                new("tessera:requests_failed:ratio_3d / 0.001", "3 d")),
            new("Time to confirm", "short",
                new("tessera:orders_late:ratio_5m / 0.01", "5 min"),
                new("tessera:orders_late:ratio_1h / 0.01", "1 h"),
                new("tessera:orders_late:ratio_6h / 0.01", "6 h"),
                new("tessera:orders_late:ratio_3d / 0.01", "3 d")),
        ]),
        new("What waits",
        [
            new("Age of the oldest unsent event", "s", Highest("tessera_messaging_outbox_oldest_age_seconds")),
            new("Unsent events", "short", Highest("tessera_messaging_outbox_rows")),
            new("Keys that the broker refuses", "short", Highest("tessera_messaging_outbox_held_keys")),
            new("Age of the oldest unhandled event", "s", Subscription("oldest_age_seconds")),
            new("Lag, in broker messages", "short", Subscription("lag")),
            new("Partitions without a reader", "short", Subscription("partitions_unowned")),
            new("Parked events", "short", Highest("tessera_messaging_parked_messages")),
            new("Timers that wait", "short", Highest("tessera_messaging_timers")),
            new("First timer overdue for", "s", Highest("tessera_messaging_timers_overdue_age_seconds")),
            new("Events sent", "eps", new DashboardLine(
                "sum by (service) (rate(messaging_client_sent_messages_total{error_type=\"\"}[5m]))", "{{service}}")),
            new("Events received", "eps", new DashboardLine(
                "sum by (service) (rate(messaging_client_consumed_messages_total[5m]))", "{{service}}")),
            new("Receipt to commit, p99", "s", P99("messaging_process_duration_seconds", "service")),
        ]),
        new("Services and what they ask",
        [
            new("Processes that answer", "short", new DashboardLine(
                "sum by (service) (up{job=\"tessera\"})", "{{service}}")),
            new("Time to answer, p99", "s", P99(Requests, "service")),
            new("Time to be answered by other services, p99", "s", P99(
                "http_client_request_duration_seconds", "service, server_port")),
        ]),
        new("Processes",
        [
            new("Memory", "bytes", new DashboardLine("dotnet_process_memory_working_set_bytes", "{{instance}}")),
            new("Processor time", "percentunit", new DashboardLine(
                "sum by (instance) (rate(dotnet_process_cpu_time_seconds_total[5m]))", "{{instance}}")),
            new("Time in collections", "percentunit", new DashboardLine(
                "rate(dotnet_gc_pause_time_seconds_total[5m])", "{{instance}}")),
            new("Work that waits for a thread", "short", new DashboardLine(
                "dotnet_thread_pool_queue_length_total", "{{instance}}")),
            new("Exceptions", "ops", new DashboardLine(
                "sum by (instance) (rate(dotnet_exceptions_total[5m]))", "{{instance}}")),
            new("Free disk", "bytes", new DashboardLine("min(tessera_disk_free_bytes)", "least")),
        ]),
    ];

    private static DashboardLine Highest(string gauge) => new($"max by (service) ({gauge})", "{{service}}");

    private static DashboardLine Subscription(string gauge) => new(
        $"max by (service, messaging_destination_name) (tessera_messaging_subscription_{gauge})",
        "{{service}} reads {{messaging_destination_name}}");

    private static DashboardLine PerMinute(string counter, string label, string before = "") =>
        new($"sum by ({label}) (rate({counter}[5m])) * 60", $"{before}{{{{{label}}}}}");

    private static DashboardLine P99(string histogram, string by) => new(
        $"histogram_quantile(0.99, sum by (le, {by}) (rate({histogram}_bucket[5m])))",
        string.Join(' ', by.Split(", ").Select(label => $"{{{{{label}}}}}")));

    private static DashboardLine[] Quantiles(string histogram, string where) =>
    [
        Quantile("0.5", "p50", histogram, where), Quantile("0.95", "p95", histogram, where),
        Quantile("0.99", "p99", histogram, where),
    ];

    private static DashboardLine Quantile(string quantile, string legend, string histogram, string where) => new(
        $"histogram_quantile({quantile}, sum by (le) (rate({histogram}_bucket{{{where}}}[5m])))", legend);
}
